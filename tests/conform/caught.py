"""Which case is caught failing under which lie: found by catching.py, the most particular lie for each."""

CAUGHT: dict[str, str] = {
    "refuses everything": """
        sSrvN119 sFt101 sFt103 sFt104 sFt106 sFt107 sFtN1a sFtN1c sFtN101 sFtN102 sFtN103 sFtN104 sFtN105 sFtN106
        sFtN107 sFtN108 sFtN109 sFtN110 sFtN111 sFtN1b sFtN112 sFtN113 sFtN114 sFtN115 sFtN116
    """,
    "refuses reads": "sCnf107 sSub1 sSgN106 sSgN108",
    "agrees to everything": """
        sSrv127 sSrv7 sSrvN1a sSrvN1b sSrvN1c sSrvN1d sSrvN1e sSrvN1f sSrvN1g sSrvN1h sSrvN1i sSrvN2 sSrvN4 sSrvN138
        sSrvN139 sSrvN140 sSrvN141 sSrvN142 sSrvN143 sSrvN144 sDset113 sDsetN1 sDsetN101 sDsetN102 sDsetN103
        sDsetN104 sDsetN105 sDsetN106 sDsetN107 sDsetN108 sDsetN109 sDsetN110 sDsetN111 sDsetN113 sSubN101 sSubN102
        sSubN103 sSubN104 sSgN104 sRpN1 sRpN101 sRpN102 sRpN103 sRpN104 sRpN105 sRpN106 sRpN110 sRpN111 sRpN112
        sRpN113 sRpN114 sRpN115 sRp123 sRpN116 sBr119 sBrN1 sBrN101 sBrN102 sBrN103 sBrN104 sBrN105 sBrN106 sBrN110
        sBrN111 sBrN112 sBrN113 sBrN114 sBrN115 sBr132 sBrN119 sBrN121 sLogN101 sLogN105 sCtlN101 sSBOnsN111
        sSBOesN110 sTrkN101
    """,
    "pretends to write": """
        sSrvN3 sSgN105 sRp103 sRp104 sRp105 sRp106 sRp107 sRp122 sBr103 sBr104 sBr105 sBr106 sBr107 sBr5 sBr122
        sSBOes111 sTm103 sTrk104 sTrk106
    """,
    "refuses writes": """
        sSub104 sRp124 sBrN120 sDOns101 sDOns102 sDOns104 sDOns106 sSBOns101 sSBOns102 sSBOns104 sSBOns106
        sSBOnsN109 sDOes101 sDOes102 sDOes104 sDOes105 sDOes106 sDOesN106 sTrk107
    """,
    "answers under another invoke ID": "sAss115",
    "has other values": "sSrv6 sRp102 sBr102 sLog102 sLog103",
    "has values of other types": """
        sSg1 sSg102 sSg104 sSg105 sSg106 sSg107 sSg108 sSg109 sSg110 sSg111 sSgN101 sSgN102 sSgN103 sSgN107 sSgN109
        sRp1 sBr1 sLog1 sLog113 sLog114 sLog115 sLogN106 sTrk101
    """,
    "refuses name lists": """
        sAss3 sAss101 sAss112 sAss113 sAss114 sAss116 sAssN3 sAssN101 sAssN102 sAssN103 sAssN104 sAssN105 sAssN106
        sAssN107 sAssN108 sAssN109 sAssN110 sAssN111 sAssN112 sAssN115 sAssN117 sAssN118 sAssN120
    """,
    "lets anybody in": "sAssN2",
    "rejects Conclude": "sAss1",
    "answers a larger PDU size": "sAss105",
    "answers no outstanding requests": "sAss106",
    "answers version 2": "sAss107",
    "answers no parameters": "sAss108",
    "answers no services": "sAss109 sAss117",
    "confirms another transport": "sAss104",
    "has names twice": "sSrv1 sSrv101",
    "has no names": "sAss2 sAss102 sAss103 sAss110 sAss111 sAssN4 sAssN113 sAssN114 sAssN116 sAssN119",
    "has names that are none": "sSrv3",
    "always promises more names": """
        sSrvN101 sSrvN102 sSrvN103 sSrvN104 sSrvN105 sSrvN106 sSrvN107 sSrvN108 sSrvN109 sSrvN114 sSrvN115 sSrvN116
        sSrvN117 sSrvN118 sSrvN120 sSrvN121 sSrvN122 sSrvN123 sSrvN124 sSrvN125 sSrvN126 sSrvN127 sSrvN128 sSrvN129
        sSrvN130 sSrvN131 sSrvN132 sSrvN133 sSrvN134 sSrvN135 sSrvN137
    """,
    "has names backwards": "sSrv106",
    "begins name lists anew": "sSrv103 sSrv104 sSrvN113",
    "has no LPHD": "sCnf102 sCnf103 sSrv2",
    "has parentless names": "sSrv102 sSrv105",
    "has other types": "sCnf104 sSrv4 sSrv8 sCtl104",
    "has renamed types": "sSrv117 sSrv118 sSrv119 sSrv120 sSrv121 sSrv122 sSrv123 sCtl101 sTrk1 sTrk105",
    "has no quality and no time": "sSrv108 sSrv124 sSrvN136",
    "has blocks in another order": "sSg101 sRp101 sBr101 sLog101 sCtl103",
    "has other sizes": "sSrv107 sSrv109",
    "has reserved qualities": "sSrv110",
    "has times of 2200": "sTm101",
    "has times of 1973": "sTm102",
    "has whole seconds": "sTm104",
    "has odd accuracies": "sSrv111",
    "claims microseconds without a clock": "sTmN101",
    "has small numbers of 66": "sSrv112 sSrv113 sSrv114 sSrv115 sSrv116 sSrv131 sTrk102 sTrk103",
    "sets substituted everywhere": "sSub102 sSub2",
    "clears substituted everywhere": "sSub103 sSub105",
    "selects anybody": "sSBOns110",
    "has no status": "sDOns105 sSBOns105 sSBOes104 sSBOes105",
    "says nothing of itself": "sSrv129",
    "is out of order": "sSrv130",
    "leaves the specification out": "sSrv128 sDset104",
    "ignores alternate access": "sSrv125 sSrv126 sSrvN110 sSrvN111 sSrvN112",
    "refuses to read data sets": "sDset1 sDset111 sDset112",
    "refuses to write data sets": "sDset117",
    "flattens data sets": "sDset103 sDset110",
    "forgets data sets": "sDset114 sDset116",
    "has members backwards": "sDset115",
    "confuses deletable": "sDset102 sDset105 sDset106 sDset107 sDset108",
    "has members that are not there": "sCnf105 sDset101 sDset109",
    "deletes nothing": "sDsetN112",
    "reports twice": "sRp121 sBr121 sBr2j",
    "numbers all reports 7": "sRp115 sBr115",
    "reports everything as integrity": "sRp3b sRp3c sBr3b sBr3c",
    "reports without saying what": """
        sRp2b sRp2c sRp2d sRp2e sRp2f sRp2g sRp2h sRp108 sRp111 sRp116 sRp117 sRp3a sRp7 sRp119 sRpN107 sRp2i sBr2b
        sBr2c sBr2d sBr2e sBr2f sBr2g sBr2h sBr108 sBr111 sBr116 sBr117 sBr3a sBr7 sBrN107 sBr8 sBr123 sBr124 sBr125
        sBr126 sBr127 sBr131 sBr133 sBrN116 sBrN117 sBrN118
    """,
    "reports one boolean": "sRp2a",
    "reports under another name": "sRp112 sBr2a sBr112",
    "reports another data set": "sRp110 sRp5 sBr110",
    "reports one EntryID": "sBr2i",
    "reports other values": "sRp109 sBr109",
    "reports other references": "sRp113 sBr113",
    "reports too many members": "sRp4 sRp114 sBr4 sBr114",
    "reports out of the blue": "sRpN2 sRpN3 sRp3d sRp118 sRpN108 sRpN109 sRp125 sBrN2 sBrN3 sBr3d sBr118 sBrN108 sBrN109 sBr128 sBr130",
    "never frees blocks": "sRp120 sBr120",
    "never ends emptying": "sBr129",
    "has no edited settings": "sSg103",
    "says nothing of commands": "sSBOes101 sSBOes102 sSBOes106 sSBOesN106",
    "says everything of commands twice": "sDOes107 sSBOes107",
    "says something else of commands": """
        sDOnsN101 sDOnsN102 sDOnsN103 sDOnsN104 sSBOnsN101 sSBOnsN102 sSBOnsN103 sSBOnsN104 sSBOns108 sSBOns111
        sSBOns112 sSBOnsN107 sSBOnsN108 sDOesN101 sDOesN102 sDOesN103 sDOesN104 sSBOes103 sSBOesN101 sSBOesN102
        sSBOesN103 sSBOesN104 sSBOes108 sSBOes110 sSBOes112 sSBOesN107 sSBOesN108 sSBOesN109 sSBOesN111
    """,
    "takes tests for commands": "sDOns103 sSBOns103 sDOes103",
    "has texts for substitutes": "sSub101",
    "has integers for positions": "sCtl105",
    "has a device too many": "sCnf101",
    "has no LLN0": "sCnf106",
    "refuses long reads": "sSrv5",
    "lets only the first one select": "sSBOns109 sSBOes109",
    "has short EntryIDs": "sLog104",
    "has entries of others": "sLog110",
    "has no reasons in logs": "sLog111",
    "has an entry for every query": "sLogN102 sLogN103 sLogN104",
    "has logs backwards": "sLog105 sLog106 sLog108 sLog109",
    "has entries twice": "sLog107 sLog112",
    "has other sizes of files": "sFt2 sFt102",
    "has nameless files": "sFt1",
    "cuts files": "sFt105 sFt3 sFt108",
}
SLOW = set(
    """
    sDsetN103 sDsetN105 sBr103 sBr5 sSBOes111 sTm103 sAss115 sAss1 sAssN4 sSrvN124 sSrvN125 sSrv123 sDOns105
    sSBOns105 sSBOes104 sSBOes105 sDset116 sBr2j sRp111 sRp3a sBr3a sBr124 sBr125 sBr126 sBr127 sBrN118 sRp2a
    sBr2a sRp120 sRpN2 sRp125 sBrN2 sBrN3 sBr3d sBr128 sBr120 sSBOes101 sSBOes102 sSBOes106 sSBOns111 sSBOns109
    sSBOes109
""".split()
)
"""Cases that take more than about a second to fail: for the long campaign."""
