"""Control blocks without an engine yet as variables that clients can read: GOOSE and sampled values.

They show what was configured and stand still: GoEna and SvEna are FALSE. Every write is refused. Components in the order of 8-1 (and of its Edition 1, without the later ones).
"""

from ...models import DataAttribute, DataObject, LogicalDevice, LogicalNode, basic_type
from ...models.control_blocks import GooseControl, MulticastAddress, SampledValueControl
from .variables import Variable, data_object_variable, fc_group

__all__ = ["add_static_blocks"]

Row = tuple[str, str, object]


def add_static_blocks(device: LogicalDevice, nodes: dict[str, Variable]) -> None:
    """Give the variables of a device's nodes those of its control blocks."""
    for node in device.children.values():
        for declaration in node.control_blocks.values():
            made = _block(declaration, node)
            if made is None:
                continue
            fc, block = made
            variable = data_object_variable(block, fc)
            assert variable is not None
            fc_group(nodes[node.name], fc).add(variable)


def _block(declaration: object, node: LogicalNode) -> tuple[str, DataObject] | None:
    if isinstance(declaration, GooseControl):
        return _made(declaration.name, "GO", _goose(declaration, node), declaration.address)
    if isinstance(declaration, SampledValueControl):
        fc = "MS" if declaration.multicast else "US"
        return _made(declaration.name, fc, _sampled_values(declaration, node), declaration.address)
    return None


def _made(name: str, fc: str, rows: list[Row], address: MulticastAddress | None = None) -> tuple[str, DataObject]:
    block = DataObject(name)
    for attribute, type_name, value in rows:
        if attribute == "DstAddress":
            block.add(_address(fc, address or MulticastAddress()))
        else:
            block.add(DataAttribute(attribute, fc, basic_type(type_name), value=value))
    return fc, block


def _address(fc: str, address: MulticastAddress) -> DataAttribute:
    rows: tuple[Row, ...] = (
        ("Addr", "Octet6", address.mac),
        ("PRIORITY", "INT8U", address.priority),
        ("VID", "INT16U", address.vlan),
        ("APPID", "INT16U", address.app_id),
    )
    parts = (DataAttribute(name, fc, basic_type(type_name), value=value) for name, type_name, value in rows)
    return DataAttribute("DstAddress", fc).add(*parts)


def _data_set(name: str, node: LogicalNode) -> str:
    return f"{node.reference}${name}" if name else ""


def _goose(block: GooseControl, node: LogicalNode) -> list[Row]:
    rows: list[Row] = [
        ("GoEna", "BOOLEAN", False),
        ("GoID", "VisString129", block.go_id),
        ("DatSet", "ObjRef", _data_set(block.data_set, node)),
        ("ConfRev", "INT32U", block.conf_rev),
        ("NdsCom", "BOOLEAN", not block.conf_rev or not block.data_set),
        ("DstAddress", "", None),
    ]
    if block.min_time is not None and block.max_time is not None:
        rows += [("MinTime", "INT32U", block.min_time), ("MaxTime", "INT32U", block.max_time)]
        rows.append(("FixedOffs", "BOOLEAN", block.fixed_offs))
    return rows


def _sampled_values(block: SampledValueControl, node: LogicalNode) -> list[Row]:
    rows: list[Row] = [("SvEna", "BOOLEAN", False)]
    if not block.multicast:
        rows.append(("Resv", "BOOLEAN", False))
    return [
        *rows,
        ("MsvID" if block.multicast else "UsvID", "VisString129", block.smv_id),
        ("DatSet", "ObjRef", _data_set(block.data_set, node)),
        ("ConfRev", "INT32U", block.conf_rev),
        ("SmpRate", "INT32U", block.smp_rate),
        ("OptFlds", "SvOptFlds", block.opt_flds),
        ("SmpMod", "Enum", block.smp_mod),
        ("DstAddress", "", None),
        ("noASDU", "INT16U", block.no_asdu),
    ]
