"""Services of an IED or access point as :class:`~meterwire.models.Capabilities`."""

from collections.abc import Mapping
from types import MappingProxyType

from ..models import Capabilities
from .document import Element, SclDocument

__all__ = ["capabilities"]


def capabilities(document: SclDocument, ied: Element, access_point: str) -> Capabilities:
    """What Services say; an access point's own (Ed2) come before the IED's."""
    found = document.child(ied, "Services")
    for point in document.children(ied, "AccessPoint"):
        own = document.child(point, "Services")
        if point.get("name") == access_point and own is not None:
            found = own
    if found is None:
        return Capabilities()

    def limit(name: str, attribute: str) -> int | None:
        element = document.child(found, name)
        return None if element is None or element.get(attribute) is None else document.number(element, attribute)

    def settings(name: str) -> Mapping[str, str]:
        element = document.child(found, name)
        return MappingProxyType({} if element is None else {str(k): str(v) for k, v in element.attrib.items()})

    names = {document.tag(child) for child in found.iterchildren("{*}*")}
    groups = document.child(found, "SettingGroups")
    names |= {document.tag(child) for child in (groups.iterchildren("{*}*") if groups is not None else ())}
    return Capabilities(
        name_length=document.number(found, "nameLength", 32),
        dyn_data_set_max=limit("DynDataSet", "max"),
        dyn_data_set_max_attributes=limit("DynDataSet", "maxAttributes"),
        conf_data_set_max=limit("ConfDataSet", "max"),
        conf_data_set_max_attributes=limit("ConfDataSet", "maxAttributes"),
        conf_report_max=limit("ConfReportControl", "max"),
        max_buffer=limit("ConfReportControl", "maxBuf"),
        report_settings=settings("ReportSettings"),
        log_settings=settings("LogSettings"),
        has_setting_group_edit="SGEdit" in names,
        has_setting_group_resv_tms=document.flag(document.child(groups, "SGEdit"), "resvTms"),
        has_file_handling="FileHandling" in names,
        max_associations=limit("DynAssociation", "max"),
        services=frozenset(names),
    )
