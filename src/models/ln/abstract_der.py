"""Abstract LN classes of IEC 61850-7-420: what classes of distributed energy resources inherit."""

from ..cdc import APC, ASG, CSG, ENC, ENG, ENS, INC, ING, INS, MV, ORG, SPC, SPG, SPS, VSG
from ..declare import DO, AtLeastOne, F, M, Mmulti, O, Omulti
from ..enums import (
    ACSystemKind,
    ChargeSourceKind,
    CoolingMethodKind,
    DERStateKind,
    DERStateTransitionKind,
    DERSynchronizationKind,
    DERUnitKind,
    ECPConnKind,
    ECPIslandStateKind,
    EquipmentTestResultKind,
    GroundingSystemKind,
    IsolationKind,
    PFSignKind,
    PhaseKind,
    ReactivePowerRefParamKind,
    STotalCalcMethodKind,
)
from .abstract import BaseConverterLN, ControlEquipmentInterfaceLN, FunctionLN

__all__ = [
    "AllEnergyDEResourceLN", "DERConverterLN", "DER_ActualPowerInformationLN", "DER_GeneratorLN", "DER_LoadLN",
    "DER_NameplateRatingsLN", "DER_OperationalSettingsLN", "DER_StateAbstractLN", "DER_StorageLN", "DEResourceLN",
    "ElectricalReferenceLN", "GeneratorNameplateRatingsLN", "GeneratorUnitLN", "LoadNameplateRatingsLN",
    "LoadUnitLN", "NonStorageOperationalSettingsLN", "PhysicalElectricalConnectionPointLN",
    "StorageNameplateRatingsLN", "StorageOperationalSettingsLN", "StorageUnitLN", "VirtualElectricalReferenceLN",
]  # fmt: skip


class AllEnergyDEResourceLN(ControlEquipmentInterfaceLN):
    """A resource of any kind of energy."""

    DERId = DO(VSG, Omulti, F)


class DEResourceLN(AllEnergyDEResourceLN):
    """A resource of electric energy."""


class DER_NameplateRatingsLN(DEResourceLN):
    """Ratings common to resources."""

    OutEcpRef = DO(ORG, M, F)
    EcpConnTyp = DO(ENG, O, F, enum=ECPConnKind)
    PhsConnTyp = DO(ENG, M, F, enum=PhaseKind)
    DERTyp = DO(ENG, M, F, enum=DERUnitKind)
    OvPFRtg = DO(ASG, O, F)
    UnPFRtg = DO(ASG, O, F)
    TmpMaxRtg = DO(ASG, O, F)
    FltRtgPct = DO(ASG, O, F)
    GndReactRtg = DO(ASG, O, F)
    FltAMaxRtg = DO(ASG, O, F)
    SelfVRtg = DO(ASG, O, F)
    FltDurMaxTms = DO(ING, O, F)
    SelfWRtg = DO(ASG, O, F)
    SelfPFRtg = DO(ASG, O, F)
    RvSeq = DO(SPG, O, F)
    SelfVRngRtg = DO(ASG, O, F)
    EfcRtgPct = DO(ASG, O, F)
    GndRisRtg = DO(ASG, O, F)
    SuscRtg = DO(ASG, O, F)
    RegClas = DO(VSG, Omulti, F)
    HzNomRtg = DO(ASG, Omulti, F)
    HzMinRtg = DO(ASG, O, F)
    HzMaxRtg = DO(ASG, O, F)


class DER_OperationalSettingsLN(DER_NameplateRatingsLN):
    """Operational settings common to resources."""

    PFSign = DO(ENG, O, F, enum=PFSignKind)
    OplPct = DO(ING, O, F)
    OvPF = DO(ASG, O, F)
    PFExtSet = DO(SPG, O, F)
    IsldCtlFol = DO(SPG, O, F)
    ClcTotVA = DO(ENG, O, F, enum=STotalCalcMethodKind)
    FllBckTmExp = DO(ING, O, F)
    AvarZerWMax = DO(ASG, O, F)
    IvarZerWMax = DO(ASG, O, F)


class DER_ActualPowerInformationLN(DER_OperationalSettingsLN):
    """Power available and in use."""

    SelfSvcWh = DO(MV, O)
    VAPct = DO(MV, O)
    AvlUpW = DO(MV, O)
    AvlDnW = DO(MV, O)


class DER_StateAbstractLN(DER_ActualPowerInformationLN):
    """State of a resource, and its commands."""

    DEROpSt = DO(ENS, M, F, enum=DERStateKind)
    TestRsl = DO(SPS, O, F)
    TestAddRsl = DO(ENS, O, F, enum=EquipmentTestResultKind)
    AuthConn = DO(SPC, O, F)
    DEROpStCtl = DO(ENC, O, F, enum=DERStateTransitionKind)
    CeaEgzCtl = DO(SPC, O, F)
    WSpt = DO(APC, O)
    VArSpt = DO(APC, O)
    EmgMod = DO(SPC, O, F)
    AuthDscon = DO(SPC, O, F)
    TestEna = DO(SPC, O, F)
    Test = DO(SPC, O, F)
    StrMaxTms = DO(ING, O, F)
    OffMinTms = DO(ING, O, F)
    OnMinTms = DO(ING, O, F)
    StopDlMinTms = DO(ING, O, F)
    StopMaxTms = DO(ING, O, F)
    StrDlMinTms = DO(ING, O, F)
    AutoStr = DO(SPG, O, F)
    AutoConn = DO(SPG, O, F)


class NonStorageOperationalSettingsLN(DER_StateAbstractLN):
    """Operational settings of what does not store."""

    VArTot = DO(MV, O)
    AvarTot = DO(MV, O)
    IvarTot = DO(MV, O)
    VArAvl = DO(MV, O)
    AvarAvl = DO(MV, O)
    IvarAvl = DO(MV, O)
    WMax = DO(ASG, M, F)
    WOvPFMax = DO(ASG, O, F)
    WUnPFMax = DO(ASG, O, F)
    WRmp = DO(ASG, M, F)
    VArMax = DO(ASG, O, F)
    AvarMax = DO(ASG, O, F)
    IvarMax = DO(ASG, O, F)
    VMax = DO(ASG, M, F)
    VMin = DO(ASG, O, F)
    AMax = DO(ASG, O, F)
    VAMax = DO(ASG, O, F)
    AvaMax = DO(ASG, O, F)
    IvaMax = DO(ASG, O, F)
    VArSptRef = DO(ENG, O, F, enum=ReactivePowerRefParamKind)


class ElectricalReferenceLN(FunctionLN):
    """A point of reference."""

    ElcStCtlRef = DO(ORG, Omulti, F)
    ElcRefId = DO(VSG, M, F)
    ElcMsRef = DO(ORG, Omulti, F)


class PhysicalElectricalConnectionPointLN(ElectricalReferenceLN):
    """A point of connection."""

    EcpIsldSt = DO(ENS, O, F, enum=ECPIslandStateKind)
    PhsConnTyp = DO(ENG, O, F, enum=PhaseKind)
    GndSys = DO(ENG, O, F, enum=GroundingSystemKind)
    VRef = DO(ASG, M, F)
    VRefPct = DO(ASG, O, F)
    VArRtg = DO(ASG, O, F)
    VARtg = DO(ASG, O, F)
    WRtg = DO(ASG, O, F)
    VRtg = DO(ASG, O, F)
    HzNom = DO(ASG, O, F)
    VMax = DO(ASG, O, F)
    VMin = DO(ASG, O, F)
    DERMsIncl = DO(SPG, O, F)
    RefFrm = DO(SPG, M, F)
    EcpIsldAuto = DO(SPG, O, F)


class VirtualElectricalReferenceLN(ElectricalReferenceLN):
    """A virtual point of reference."""

    InclElcRef = DO(ORG, Mmulti, F)


class GeneratorNameplateRatingsLN(NonStorageOperationalSettingsLN):
    """Ratings of generators."""

    WMaxRtg = DO(ASG, M, F)
    WOvPFRtg = DO(ASG, O, F)
    WUnPFRtg = DO(ASG, O, F)
    VAMaxRtg = DO(ASG, O, F)
    VArMaxRtg = DO(ASG, O, F)
    AvarMaxRtg = DO(ASG, O, F)
    IvarMaxRtg = DO(ASG, O, F)
    AMaxRtg = DO(ASG, O, F)
    VMaxRtg = DO(ASG, M, F)
    VMinRtg = DO(ASG, O, F)
    ConsWMinRtg = DO(ASG, O, F)
    ConsWMaxRtg = DO(ASG, O, F)
    EmgWMinRtg = DO(CSG, O, F)
    EmgWMaxRtg = DO(CSG, O, F)
    DsconWMinRtg = DO(ASG, O, F)
    WRpuMaxRtg = DO(ASG, O, F)
    WRpdMaxRtg = DO(ASG, O, F)
    CtbWMaxRtg = DO(ASG, O, F)
    CtbVArMaxRtg = DO(ASG, O, F)
    WCtb = DO(SPG, O, F)
    VArCtb = DO(SPG, O, F)
    RenWMaxRtg = DO(ASG, O, F)
    RenVArMaxRtg = DO(ASG, O, F)


class DER_GeneratorLN(GeneratorNameplateRatingsLN):
    """A generator."""

    GnSynSt = DO(ENS, O, F, enum=DERSynchronizationKind)
    RmpLodSw = DO(SPS, O, F)
    TotStrCnt = DO(INS, O)
    RemExpcOpTms = DO(INS, O)
    CnstWMax = DO(MV, O)
    GnOpTm = DO(MV, O)
    GnStabTm = DO(MV, O)
    GnClDnTm = DO(MV, O)
    AutoVRegPct = DO(MV, O)
    GnEnTot = DO(MV, O)
    GnEnPer = DO(MV, O)
    RenWPct = DO(MV, O)
    RenVArPct = DO(MV, O)
    GnOnCnt = DO(INC, O)
    PerStrCnt = DO(INC, O)
    OpTms = DO(INC, O)
    GnEnPerRs = DO(SPC, O, F)


class GeneratorUnitLN(ControlEquipmentInterfaceLN):
    """Kind of a generating unit."""


class StorageOperationalSettingsLN(DER_StateAbstractLN):
    """Operational settings of storage."""

    ChaAvarTot = DO(MV, O)
    DschAvarTot = DO(MV, O)
    ChaIvarTot = DO(MV, O)
    DschIvarTot = DO(MV, O)
    ChaAvarAvl = DO(MV, O)
    DschAvarAvl = DO(MV, O)
    ChaIvarAvl = DO(MV, O)
    DschIvarAvl = DO(MV, O)
    EffWh = DO(MV, AtLeastOne(1), O)
    EffWhPct = DO(MV, AtLeastOne(1), O)
    ChaWMax = DO(ASG, M, F)
    DschWMax = DO(ASG, O, F)
    ChaWRmp = DO(ASG, O, F)
    DschWRmp = DO(ASG, O, F)
    ChaVArMax = DO(ASG, O, F)
    DschVArMax = DO(ASG, O, F)
    ChaVAMax = DO(ASG, O, F)
    DschVAMax = DO(ASG, O, F)
    ChaAvarMax = DO(ASG, O, F)
    DschAvarMax = DO(ASG, O, F)
    ChaIvarMax = DO(ASG, O, F)
    DschIvarMax = DO(ASG, O, F)
    ChaVMax = DO(ASG, O, F)
    DschVMax = DO(ASG, O, F)
    ChaVMin = DO(ASG, O, F)
    DschVMin = DO(ASG, O, F)
    ChaAMax = DO(ASG, O, F)
    DschAMax = DO(ASG, O, F)
    ChaEfc = DO(CSG, O, F)
    DschEfc = DO(CSG, O, F)
    UseWhMaxPct = DO(ASG, O, F)
    UseWhMinPct = DO(ASG, O, F)
    UseWh = DO(ASG, O, F)
    ChaSrc = DO(ENG, O, F, enum=ChargeSourceKind)
    ChaWOvPFMax = DO(ASG, O, F)
    DschWOvPFMax = DO(ASG, O, F)
    ChaWUnPFMax = DO(ASG, O, F)
    DschWUnPFMax = DO(ASG, O, F)
    RenChaEna = DO(SPG, O, F)


class StorageNameplateRatingsLN(StorageOperationalSettingsLN):
    """Ratings of storage."""

    ChaWMaxRtg = DO(ASG, O, F)
    DschWMaxRtg = DO(ASG, O, F)
    ChaWRmpRtg = DO(ASG, O, F)
    DschWRmpRtg = DO(ASG, O, F)
    ChaWOvPFRtg = DO(ASG, O, F)
    DschWOvPFRtg = DO(ASG, O, F)
    ChaWUnPFRtg = DO(ASG, O, F)
    DschWUnPFRtg = DO(ASG, O, F)
    ChaVAMaxRtg = DO(ASG, O, F)
    DschVAMaxRtg = DO(ASG, O, F)
    ChaAvarRtg = DO(ASG, O, F)
    DschAvarRtg = DO(ASG, O, F)
    ChaIvarRtg = DO(ASG, O, F)
    DschIvarRtg = DO(ASG, O, F)
    ChaVMaxRtg = DO(ASG, O, F)
    DschVMaxRtg = DO(ASG, O, F)
    ChaVMinRtg = DO(ASG, O, F)
    DschVMinRtg = DO(ASG, O, F)
    ChaAMaxRtg = DO(ASG, O, F)
    DschAMaxRtg = DO(ASG, O, F)
    WhRtg = DO(ASG, O, F)
    WhMaxRtg = DO(ASG, O, F)
    WhMinRtg = DO(ASG, O, F)
    ChaEfcRtg = DO(CSG, O, F)
    DschEfcRtg = DO(CSG, O, F)
    ChaSrcRtg = DO(ENG, O, F, enum=ChargeSourceKind)


class DER_StorageLN(StorageNameplateRatingsLN):
    """Storage."""

    SocHiAlm = DO(SPS, O, F)
    SocHiWrn = DO(SPS, O, F)
    SocLoAlm = DO(SPS, O, F)
    SocLoWrn = DO(SPS, O, F)
    SohLoAlm = DO(SPS, O, F)
    ChaCycCnt = DO(INS, O)
    InWh = DO(MV, O)
    OutWh = DO(MV, O)
    SocWh = DO(MV, O)
    UseSocPct = DO(MV, O)
    SocEffWhPct = DO(MV, O)
    ChaWhTot = DO(MV, O)
    DschWhTot = DO(MV, O)
    AvlDschW = DO(MV, O)
    AvlChaW = DO(MV, O)
    ChaVAPct = DO(MV, O)
    AvlChaWTm = DO(MV, O)
    AvlDschWTm = DO(MV, O)
    ChaWhTotRs = DO(SPC, O, F, transient=True)
    DschWhTotRs = DO(SPC, O, F, transient=True)
    EqGn = DO(ORG, O, F)
    EqLod = DO(ORG, O, F)
    SocHiAlsPct = DO(ASG, O, F)
    SocHiWrsPct = DO(ASG, O, F)
    SocLoAlsPct = DO(ASG, O, F)
    SocLoWrsPct = DO(ASG, O, F)
    SohLoAlsPct = DO(ASG, O, F)
    RntEffPct = DO(ASG, O, F)


class StorageUnitLN(ControlEquipmentInterfaceLN):
    """Kind of a storage unit."""


class LoadNameplateRatingsLN(NonStorageOperationalSettingsLN):
    """Ratings of loads."""

    WMaxRtg = DO(ASG, M, F)
    WOvPFRtg = DO(ASG, M, F)
    WUnPFRtg = DO(ASG, M, F)
    VMaxRtg = DO(ASG, M, F)
    VMinRtg = DO(ASG, M, F)
    AMaxRtg = DO(ASG, O, F)
    VAMaxRtg = DO(ASG, O, F)
    WRpuMaxRtg = DO(ASG, O, F)
    WRpdMaxRtg = DO(ASG, O, F)


class DER_LoadLN(LoadNameplateRatingsLN):
    """A controllable load."""


class LoadUnitLN(ControlEquipmentInterfaceLN):
    """Kind of a load."""


class DERConverterLN(BaseConverterLN):
    """A converter of a resource."""

    DCPwrSt = DO(SPS, O, F)
    TestRsl = DO(SPS, O, F)
    TestAddRsl = DO(ENS, O, F, enum=EquipmentTestResultKind)
    DCPwrBlk = DO(SPC, O, F)
    Test = DO(SPC, O, F)
    WSpt = DO(APC, O)
    VArSpt = DO(APC, O)
    CmutSelf = DO(SPG, O, F)
    ClMthTyp = DO(ENG, O, F, enum=CoolingMethodKind)
    IsoTyp = DO(ENG, O, F, enum=IsolationKind)
    ACTyp = DO(ENG, M, F, enum=ACSystemKind)
    InAMax = DO(ASG, O, F)
    InVMax = DO(ASG, O, F)
    OutWSet = DO(ASG, O, F, deprecated=True)
