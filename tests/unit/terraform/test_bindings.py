"""Reading a schema out of the provider's JavaScript bindings."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.terraform.offline_provider.bindings import DEEPEST, Source, Unreadable

LOOP = "Again"


def argument(name: str, shape: str, storage: str, value: str = "this._value") -> str:
    """One entry of a struct's table."""
    is_block = "true" if storage[0].isupper() else "false"
    return (
        f"            {name}: {{\n                value: {value},\n                isBlock: {is_block},\n"
        f'                type: "{shape}",\n                storageClassType: "{storage}",\n            }},\n'
    )


def member(name: str, flags: str, *, made: str = "", returned: str = "", extra: str = "") -> str:
    """One attribute or block of a class. flags: of c(omputed), o(ptional), r(equired)."""
    said = ", ".join(
        f"{word}: {'true' if word[0] in flags else 'false'}" for word in ("computed", "optional", "required")
    )
    held = f'    _x = new {made}(this, "{name}"{extra});\n' if made else "    _x;\n" if flags != "c" else ""
    returned = returned or ("this._x" if made else f"this.getStringAttribute('{name}')")
    return f"    // {name} - {said}\n{held}    get x() {{\n        return {returned};\n    }}\n"


def struct(name: str, members: str, table: str) -> str:
    """A struct: the class of its objects and its table."""
    function = name[0].lower() + name[1:]
    return (
        f"function {function}ToHclTerraform(struct) {{\n    const attrs = {{\n{table}    }};\n}}\n"
        f"class {name}OutputReference extends cdktn.ComplexObject {{\n{members}}}\n"
    )


def resource(members: str, table: str, base: str = "TerraformResource") -> str:
    """The class of a resource."""
    return (
        f'class Hive extends cdktn.{base} {{\n    static tfResourceType = "aws_hive";\n{members}'
        f"    synthesizeHclAttributes() {{\n        const attrs = {{\n{table}        }};\n    }}\n}}\n"
    )


def test_an_attribute_is_required_optional_computed_or_both() -> None:
    members = member("name", "r") + member("size", "o") + member("zone", "co") + member("arn", "c")
    table = (
        argument("name", "simple", "string")
        + argument("size", "simple", "number")
        + argument("zone", "simple", "string")
    )
    assert Source(resource(members, table)).block()["attributes"] == {
        "name": {"type": "string", "required": True},
        "size": {"type": "number", "optional": True},
        "zone": {"type": "string", "optional": True, "computed": True},
        "arn": {"type": "string", "computed": True},
    }


@pytest.mark.parametrize(
    ("shape", "storage", "kind"),
    [
        ("simple", "boolean", "bool"),
        ("simple", "any", "dynamic"),
        ("list", "stringList", ["list", "string"]),
        ("set", "numberList", ["set", "number"]),
        ("map", "booleanMap", ["map", "bool"]),
        ("map", "stringListMap", ["map", ["list", "string"]]),
        ("list", "stringMapList", ["list", ["map", "string"]]),
    ],
)
def test_what_can_be_set_has_the_type_of_its_table(shape: str, storage: str, kind: object) -> None:
    source = Source(resource(member("it", "o"), argument("it", shape, storage)))
    assert source.block()["attributes"]["it"]["type"] == kind


@pytest.mark.parametrize(
    ("returned", "kind"),
    [
        ("this.getBooleanAttribute('it')", "bool"),
        ("this.getListAttribute('it')", ["list", "string"]),
        ("cdktn.Fn.tolist(this.getListAttribute('it'))", ["set", "string"]),
        ("cdktn.Token.asNumberList(cdktn.Fn.tolist(this.getNumberListAttribute('it')))", ["set", "number"]),
        ("this.getStringMapAttribute('it')", ["map", "string"]),
        ("this.interpolationForAttribute('it')", "dynamic"),
    ],
)
def test_what_is_computed_alone_has_the_type_of_its_getter(returned: str, kind: object) -> None:
    assert Source(resource(member("it", "c", returned=returned), "")).block()["attributes"]["it"]["type"] == kind


def test_only_what_is_marked_is_written_and_never_read() -> None:
    comment = "    _x;\n    /**\n    * @deprecated Write-only.\n    */\n"
    members = member("key_wo", "o").replace("    _x;\n", comment) + member("key_wo_version", "o")
    marked = "this.markWriteOnlyAttribute(cdktn.stringToHclTerraform(this._keyWo))"
    table = argument("key_wo", "simple", "string", marked) + argument("key_wo_version", "simple", "number")
    attributes = Source(resource(members, table)).block()["attributes"]
    assert attributes["key_wo"] == {"type": "string", "optional": True, "write_only": True, "sensitive": True}
    assert attributes["key_wo_version"] == {"type": "number", "optional": True}


def test_a_block_says_how_many_there_may_be() -> None:
    comb = struct("HiveComb", member("cells", "r"), argument("cells", "simple", "number"))
    members = (
        member("one", "r", made="HiveCombOutputReference")
        + member("many", "o", made="HiveCombList", extra=", true")
        + member("timeouts", "o", made="index_1.HiveCombOutputReference")
    )
    table = (
        argument("one", "list", "HiveCombList")
        + argument("many", "set", "HiveCombList")
        + argument("timeouts", "struct", "HiveComb")
    )
    inner = {"attributes": {"cells": {"type": "number", "required": True}}, "block_types": {}}
    assert Source(comb + resource(members, table)).block()["block_types"] == {
        "one": {"nesting": "list", "block": inner, "max": 1, "min": 1},
        "many": {"nesting": "set", "block": inner},
        "timeouts": {"nesting": "single", "block": inner},
    }


def test_objects_that_are_computed_are_attributes() -> None:
    comb = struct("HiveComb", member("cells", "c", returned="this.getNumberAttribute('cells')"), "")
    members = member("found", "c", made="HiveCombList", extra=", false").replace("    // found", "    // found")
    both = member("either", "co", made="HiveCombList", extra=", true")
    block = Source(comb + resource(members + both, argument("either", "set", "HiveCombList"))).block()
    assert block["block_types"] == {}
    assert block["attributes"] == {
        "found": {"type": ["list", ["object", {"cells": "number"}]], "computed": True},
        "either": {"type": ["set", ["object", {"cells": "number"}]], "optional": True, "computed": True},
    }


def test_a_block_that_stands_in_itself_ends_somewhere() -> None:
    again = struct(
        f"Hive{LOOP}",
        member("again", "o", made=f"Hive{LOOP}List", extra=", false"),
        argument("again", "list", f"Hive{LOOP}List"),
    )
    made = member("again", "o", made=f"Hive{LOOP}List", extra=", false")
    block = Source(again + resource(made, argument("again", "list", f"Hive{LOOP}List"))).block()
    depth = 0
    while block["block_types"]:
        block = block["block_types"]["again"]["block"]
        depth += 1
    assert depth == DEEPEST


@pytest.mark.parametrize(
    ("base", "kind"),
    [("TerraformResource", "resources"), ("TerraformDataSource", "data"), ("TerraformEphemeralResource", "ephemeral")],
)
def test_a_source_knows_of_what_it_is(base: str, kind: str) -> None:
    source = Source(resource(member("id", "co"), argument("id", "simple", "string"), base))
    assert (source.kind, source.type) == (kind, "aws_hive")


def test_the_providers_own_blocks_have_no_classes_and_are_optional() -> None:
    text = dedent(
        """\
        function awsProviderDefaultTagsToHclTerraform(struct) {
        %s}
        class AwsProvider extends cdktn.TerraformProvider {
            static tfResourceType = "aws";
        %s    synthesizeHclAttributes() {
        %s    }
        }
        """
    ) % (
        argument("tags", "map", "stringMap"),
        member("alias", "o", returned="this._alias") + member("default_tags", "o", returned="this._defaultTags"),
        argument("alias", "simple", "string") + argument("default_tags", "list", "AwsProviderDefaultTagsList"),
    )
    assert Source(text).block() == {
        "attributes": {},
        "block_types": {
            "default_tags": {
                "nesting": "list",
                "block": {"attributes": {"tags": {"type": ["map", "string"], "optional": True}}, "block_types": {}},
            }
        },
    }


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "0 classes where one was looked for"),
        (resource("", argument("name", "simple", "string")), "nothing says whether name is required"),
        (resource(member("it", "c", returned="this.somethingNew()"), ""), "a getter that returns this.somethingNew()"),
        (
            resource(member("it", "o", made="HiveLostList", extra=", true"), argument("it", "set", "HiveLostList")),
            "it is made of HiveLost, which isn't there",
        ),
    ],
)
def test_bindings_that_are_written_in_another_way_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        Source(text).block()
    assert sentence in str(refused.value)
