"""The model every MMS benchmark serves: IED "PERF", the same names, types and order in each server.

=====  ==========================================================================================================
LD0    LLN0 with data set ds100, and rcb01 … rcb10 on dsr (one BOOLEAN); GGIO1 with 33 MV (FC MX has 99 leaves); GGIO2 with 100 SPS and two writable INT32
LD1    20 GGIO with 25 SPS and 25 MV each: 1,000 data objects, so that look-ups are not among a handful
=====  ==========================================================================================================
"""

MEASURED = 33
INPUTS = 100
NODES = 20
EACH = 25

READ_ONE = "GGIO2$ST$Ind1$stVal"
READ_50 = [f"GGIO2$ST$Ind{i}$stVal" for i in range(1, 51)]
READ_99 = "GGIO1$MX"
DATA_SET = "LLN0$ds100"
WRITTEN = "GGIO2$SP$SetV$setVal"
HANDLED = "GGIO2$SP$SetH$setVal"
"""The same, decided on by a Python handler in our server."""
OPERATED = "GGIO3$CO$SPCSO1$Oper"
"""In our server: direct control with normal security, carried out by a Python handler."""
REPORTED = "dsr"
SUBSCRIBERS = 10
UPDATES_A_TURN = 50
"""Updates between two looks at the clock, and in ours between two turns of the loop: what a poller brings at once."""
DOMAIN = "PERFLD0"
NAMES_DOMAIN = "PERFLD1"
