"""docs/images/house.svg is drawn from the imports as they are now."""

from xml.etree import ElementTree as ET

from draw_house import PICTURE, draw, read_house
from house import FLOORS


def test_picture_is_what_the_code_draws() -> None:
    assert PICTURE.read_text("utf-8") == draw(), "run: make house"


def test_picture_shows_every_room() -> None:
    root = ET.fromstring(draw())
    shown = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert set(read_house()[0]) <= shown
    assert any(rooms[0] == "errors" for rooms in FLOORS)
