"""What 8-1 makes of PhyComAddr, the address of GOOSE and sampled values."""

from ..declare import BOOLEAN, INT8U, INT16U, Constructed, Octet6, Octet16, part

__all__ = ["PhyComAddrL2", "PhyComAddrUDP"]


class PhyComAddrL2(Constructed):
    """An Ethernet address."""

    Addr = part(Octet6)
    PRIORITY = part(INT8U)
    VID = part(INT16U)
    APPID = part(INT16U)


class PhyComAddrUDP(Constructed):
    """An IP address."""

    Addr = part(Octet16)
    isIPv6 = part(BOOLEAN)
    PRIORITY = part(INT8U)
    VID = part(INT16U)
    APPID = part(INT16U)
    gwAddr = part(Octet16)
    tOS = part(INT8U)
    iGMPSrc = part(Octet16)
