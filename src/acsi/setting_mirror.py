"""The leaves of setting groups: those of the active group in the model, and their counterparts for editing."""

from collections.abc import Iterator

from ..models import BasicType, DataAttribute, DataObject, LogicalDevice

__all__ = ["edited_object", "leaf_type", "leaves_below", "setting_leaves"]


def leaf_type(leaf: DataAttribute) -> BasicType:
    """The type of a leaf."""
    assert leaf.type is not None
    return leaf.type


def setting_leaves(device: LogicalDevice) -> dict[str, DataAttribute]:
    """Leaves of FC SG by path below their device."""
    head = len(device.name) + 1
    return {leaf.reference[head:]: leaf for leaf in device.leaves() if leaf.fc == "SG"}


def leaves_below(head: str, node: DataObject | DataAttribute) -> Iterator[tuple[str, DataAttribute]]:
    """Leaves below a node whose own path is ``head``, with theirs."""
    for child in node.children.values():
        path = f"{head}{child.name}" if child.name.startswith("(") else f"{head}.{child.name}"
        if isinstance(child, DataAttribute) and child.is_leaf:
            yield path, child
        else:
            yield from leaves_below(path, child)


def edited_object(data_object: DataObject) -> DataObject | None:
    """A data object with those of its attributes under FC SE that clients may edit; None when there is none."""
    made = DataObject(data_object.name, data_object.cdc, is_array=data_object.is_array)
    for child in data_object.children.values():
        if isinstance(child, DataObject):
            part: DataObject | DataAttribute | None = edited_object(child)
        else:
            part = _edited_attribute(child) if child.fc == "SG" else None
        if part is not None:
            made.add(part)
    return made if made.children else None


def _edited_attribute(attribute: DataAttribute) -> DataAttribute | None:
    if not any(leaf.is_writable for leaf in attribute.leaves()):
        return None
    made = DataAttribute(attribute.name, "SE", attribute.type, enum=attribute.enum, is_array=attribute.is_array)
    if attribute.is_leaf:
        made.put(attribute.value)
    for child in attribute.children.values():
        part = _edited_attribute(child)
        if part is not None:
            made.add(part)
    return made
