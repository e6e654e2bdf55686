"""Documents that are refused, by what is wrong with them: the table of `test_load`.

Each is the text of a file. Where only the handler matters it is given alone, and the rest is put around it.
"""

from __future__ import annotations

HEAD = "title: t\ncovers: [step-retry]\n"


def handler(*lines: str, rest: str = "") -> str:
    """A whole file around a handler's lines."""
    return HEAD + "handler:\n" + "\n".join(f"  {line}" for line in lines) + "\n" + rest


TEXT = {
    "anchor": "title: &t x\n",
    "alias": "title: x\ncovers: *t\n",
    "bomb": 'a: &a ["x", "x"]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n',
    "tag": "title: !!python/object:os.system x\n",
    "merge key": "<<: {a: 1}\n",
    "second document": "title: x\n---\ntitle: y\n",
    "other version": "%YAML 1.1\n---\ntitle: x\n",
    "duplicate key": "title: x\ncovers: []\ntitle: y\n",
    "key not text": "1: x\n",
    "list as key": "? [a]\n: 1\n",
    "mapping as key": "{a: b}: 1\n",
    "not a number": "input: .nan\n",
    "infinite": "input: -.inf\n",
    "overflow": "input: 1e999\n",
    "unsafe integer": "input: 9007199254740993\n",
    "long number": f"input: {'1' * 50}\n",
    "hexadecimal": "input: 0x10\n",
    "half a character": 'input: "\\ud800"\n',
    "unclosed": "title: [\n",
    "tab": "\ttitle: x\n",
    "two values": "title: a: b\n",
    "too deep": "input: " + "[" * 300 + "]" * 300 + "\n",
    "empty": "",
    "only a comment": "# nothing\n",
}

SHAPE = {
    "not a mapping": "[]\n",
    "nothing needed": "title: x\n",
    "unknown key at the top": handler("- return: 1", rest="expct: {}\n"),
    "unknown statement": handler("- stpe: {name: a, returns: 1}"),
    "unknown field": handler("- step: {nme: a, returns: 1}"),
    "field nothing like a known one": handler("- step: {zzz: a, returns: 1}"),
    "text for a statement": handler("- step"),
    "two statements in one": handler("- step: {returns: 1}", "  wait: {seconds: 1}"),
    "no body": handler("- step: {name: a}"),
    "two bodies": handler("- step: {returns: 1, raises: {type: Boom}}"),
    "statements beside a value": handler("- step: {do: [], returns: 1}"),
    "statements beside attempts": handler("- step: {do: [], attempts: [{returns: 1}]}"),
    "statement of a body": handler("- wait_for_callback: {submitter: {do: [{stpe: {returns: 1}}]}}"),
    "after beside attempts": handler("- step: {attempts: [{returns: 1}], after: b}"),
    "no attempts": handler("- step: {attempts: []}"),
    "crashes false": handler("- step: {crashes: false}"),
    "unknown retry": handler("- step: {returns: 1, retry: non}"),
    "unknown retry kind": handler("- step: {returns: 1, retry: {expo: {}}}"),
    "unknown retry field": handler("- step: {returns: 1, retry: {exponential: {atempts: 1}}}"),
    "unknown semantics": handler("- step: {returns: 1, semantics: at-most-onc}"),
    "serialiser that makes no batch of it": handler("- map: {items: [1], do: [], serdes: json}"),
    "unknown serialiser": handler("- step: {returns: 1, serdes: uper}"),
    "serialiser with a wrong argument": handler("- step: {returns: 1, serdes: {fail-read: {times: 1}}}"),
    "error type": handler("- raise: {type: boom, message: x}"),
    "error without a type": handler("- raise: {message: x}"),
    "name of a binding": handler("- step: {returns: 1, as: a-b}"),
    "unit": handler("- wait: {second: 1}"),
    "two units": handler("- wait: {seconds: 1, minutes: 1}"),
    "amount": handler("- wait: {seconds: soon}"),
    "duration": handler("- callback: {as: cb, timeout: {minute: 1}}"),
    "wait without a mapping": handler("- wait: 5"),
    "virtual": handler("- child: {virtual: yes, do: []}"),
    "nesting": handler("- map: {items: [], nesting: FLT, do: []}"),
    "items": handler("- map: {items: 3, do: []}"),
    "branches": handler("- parallel: {branches: [{nam: x, do: []}, 3]}"),
    "completion": handler("- parallel: {branches: [], completion: {min_succesful: 1}}"),
    "try without catch": handler("- try: []"),
    "catch without try": handler("- catch: []"),
    "if without then": handler("- if: {$eval: a}"),
    "if without an expression": handler("- if: a > 1", "  then: []"),
    "let of nothing": handler("- let: {}"),
    "let of a bad name": handler("- let: {1a: 2}"),
    "condition without a strategy": handler(
        "- wait_for_condition: {check: {returns: 1}, until: {$eval: state}}"
    ),
    "state to wait for": handler("- step: {returns: 1, after: {op: x, is: runing}}"),
    "function": handler(
        "- return: 1", rest="functions: {scenario: {handler: []}, 'a b': {handler: []}, c: {}}\n"
    ),
    "outside": handler("- return: 1", rest="outside: [{callback: x}, {callback: x, succed: null}]\n"),
    "succeed twice": handler("- return: 1", rest="outside: [{nth: 1, succeed: {payload: 1, raw: x}}]\n"),
    "fault": handler("- return: 1", rest="faults: [{fault: crash}, {fault: delay, seconds: 60}]\n"),
    "fault of half an update": handler("- return: 1", rest="faults: [{fault: error, of: a, type: Boom}]\n"),
    "status": handler("- return: 1", rest="expect: {status: SUCCEEDDED}\n"),
    "operation type": handler("- return: 1", rest="expect: {operations: {STEPS: 1}}\n"),
    "negative count": handler("- return: 1", rest="expect: {operations: {STEP: -1}}\n"),
    "limit": handler("- return: 1", rest="limit: 0\n"),
    "long limit": handler("- return: 1", rest="limit: 3600\n"),
    "link": handler("- return: 1", rest="links: [see the issue]\n"),
    "aws id": handler("- return: 1", rest="aws: {id: three}\n"),
    "same cover twice": "title: t\ncovers: [step-retry, step-retry]\nhandler: []\n",
    "empty title": 'title: ""\ncovers: [step-retry]\nhandler: []\n',
}

SENSE = {
    "unknown cover": "title: t\ncovers: [step-retri, nothing-like-it]\nhandler: []\n",
    "unknown name": handler("- step: {returns: {$eval: inptu.n}}", rest="input: {n: 1}\n"),
    "name bound later": handler("- step: {returns: {$eval: b}}", "- let: {b: 1}"),
    "name bound in one way only": handler(
        "- if: {$eval: input}", "  then: [{let: {x: 1}}]", "- return: {$eval: x}", rest="input: true\n"
    ),
    "name bound in a try": handler(
        "- try: [{step: {returns: 1, as: x}}]", "  catch: [{return: {$eval: x}}]", "- return: {$eval: x}"
    ),
    "name bound in a child": handler("- child: {do: [{let: {x: 1}}]}", "- return: {$eval: x}"),
    "name bound in a body": handler("- step: {do: [{let: {x: 1}}]}", "- return: {$eval: x}"),
    "never reached in a body": handler(
        "- step: {attempts: [{do: [{return: {$eval: attempt}}, {note: 1}]}]}",
    ),
    "caught error after its catch": handler("- try: []", "  catch: []", "- return: {$eval: e.message}"),
    "item outside a map": handler("- return: {$eval: item}"),
    "reserved name": handler("- let: {len: 1}", "- step: {returns: 1, as: input}"),
    "never reached": handler("- return: 1", "- step: {returns: 1}"),
    "never reached after both ways": handler(
        "- if: {$eval: input}",
        "  then: [{return: 1}]",
        "  else: [{raise: {type: Boom}}]",
        "- wait: {seconds: 1}",
        rest="input: true\n",
    ),
    "operation in a plain function": handler(
        "- return: 1", rest="functions: {f: {durable: false, handler: [{wait: {seconds: 1}}]}}\n"
    ),
    "await of nothing": handler("- await: {callback: cb}"),
    "await of something else": handler("- step: {returns: 1, as: cb}", "- await: {callback: cb}"),
    "throw_if_error of nothing": handler("- step: {returns: 1, as: m}", "- throw_if_error: m"),
    "raise outside catch": handler("- raise: e"),
    "cause outside catch": handler("- raise: {type: Boom, cause: e}"),
    "after nothing": handler("- step: {name: a, returns: 1, after: b}"),
    "after several": handler(
        "- parallel:",
        "    branches:",
        "      - [{step: {name: a, returns: 1}}]",
        "      - [{step: {name: a, returns: 1}}]",
        "      - [{step: {name: c, returns: 1, after: a}}]",
    ),
    "after itself": handler("- step: {name: a, returns: 1, after: a}"),
    "after what comes later": handler(
        "- step: {name: a, returns: 1, after: b}", "- step: {name: b, returns: 1}"
    ),
    "after what it stands in": handler("- child: {name: c, do: [{step: {returns: 1, after: c}}]}"),
    "after a batch that runs one branch at a time": handler(
        "- map: {name: m, items: [1], max_concurrency: 1, do: [{step: {returns: 1, after: m}}]}"
    ),
    "after in a body's statements": handler(
        "- step: {name: a, returns: 1}",
        "- step: {do: [{step: {returns: 1, after: a}}]}",
        "- step: {attempts: [{do: [{step: {returns: 1, after: a}}]}]}",
    ),
    "after a virtual child's checkpoint": handler(
        "- child: {name: c, virtual: true, do: []}", "- step: {returns: 1, after: {op: c, is: checkpointed}}"
    ),
    "long wait beside a held body": handler(
        "- parallel:",
        "    branches:",
        "      - [{step: {name: held, returns: 1, after: late}}]",
        "      - [{wait: {minutes: 1}}, {step: {name: late, returns: 1}}]",
    ),
    "unknown function": handler("- invoke: {function: ecko}", rest="functions: {echo: {handler: []}}\n"),
    "no function at all": handler("- invoke: {function: echo}"),
    "function by a wrong arn": handler(
        "- invoke: {function: 'arn:aws:lambda:us-west-2:123456789012:function:f'}"
    ),
    "action on an unknown callback": handler(
        "- callback: {name: cb, as: cb}",
        rest="outside: [{callback: bc, succeed: null}, {of: cb, succeed: null}]\n",
    ),
    "action on no callback": handler("- return: 1", rest="outside: [{heartbeat: true}]\n"),
    "stop of a callback": handler("- return: 1", rest="outside: [{stop: null, nth: 1}]\n"),
    "stop of an unknown invoke": handler("- return: 1", rest="outside: [{stop: null, of: call}]\n"),
    "state of a request": handler("- return: 1", rest="faults: [{fault: no-state, checkpoint: 1}]\n"),
    "timeout of a plain function": handler(
        "- return: 1", rest="functions: {plain: {durable: false, timeout: 5, handler: [{return: 1}]}}\n"
    ),
    "fault at two places": handler(
        "- step: {name: a, returns: 1}",
        rest="faults: [{fault: delay, checkpoint: 1, of: a, action: START}]\n",
    ),
    "fault of nothing": handler(
        "- step: {name: a, returns: 1}", rest="faults: [{fault: throttle, of: b, action: START}]\n"
    ),
    "fault at a read": handler("- return: 1", rest="faults: [{fault: no-token, state: 1}]\n"),
    "status of a delay": handler("- return: 1", rest="faults: [{fault: delay, status: 500}]\n"),
    "bodies of nothing": handler("- wait: {name: w, seconds: 1}", rest="expect: {bodies: {w: 1}}\n"),
    "result of a failure": handler("- return: 1", rest="expect: {status: FAILED, result: 1}\n"),
    "error of a success": handler("- return: 1", rest="expect: {status: SUCCEEDED, error: {type: Boom}}\n"),
    "result of something else": handler("- let: {a: 1}", rest="expect: {result: {$eval: a}}\n"),
    "result that fails": handler("- return: 1", rest="expect: {result: {$eval: input.b}}\ninput: {}\n"),
}

EXPRESSION = {
    "power": "2 ** 3",
    "quotient": "4 / 2",
    "fraction": "1.5 + a",
    "beyond safe": "9007199254740992",
    "clock": "now",
    "from now": "fromNow('1 day')",
    "number": "number('0x10')",
    "root": "sqrt(4)",
    "white space": "strip(a)",
    "unknown function": "lenn(a)",
    "function without its arguments": "len",
    "too many arguments": "len(a, a)",
    "called value": "a.b()",
    "boolean compared": "a == true",
    "condition compared": "1 == (a > 2)",
    "boolean in a list": "a == [true]",
    "boolean looked for": "a in [true]",
    "text less than number": "'a' < 1",
    "boolean less": "(a == 1) < 2",
    "list plus": "[1] + [2]",
    "text minus": "'a' - 1",
    "negative index": "a[-2]",
    "not of a property": "!a.b",
    "minus of an item": "-a[0]",
    "split at nothing": "split(a, '')",
    "list as text": "str([1])",
    "huge repeat": "repeat('a', 99999999999)",
    "key twice": "{a: 1, a: 2}",
    "nothing": "",
    "unclosed": "(a",
    "two values": "a a",
    "odd character": "a § b",
    "keyword as property": "a.true",
    "deep": "(" * 100 + "1" + ")" * 100,
    "deep minus": "-" * 100 + "1",
    "long": "a + " * 1000 + "a",
}

TEMPLATE = {
    "interpolated power": "${2**2}",
    "interpolated list": "${[1]}",
    "interpolation unclosed": "${a",
    "unknown operator": {"$evl": "a"},
    "operator of nothing we know": {"$xyz": "a"},
    "json": {"$json": {"a": 1}},
    "sort": {"$sort": [2, 1]},
    "two operators": {"$eval": "a", "$if": "a"},
    "beside eval": {"$eval": "a", "b": 1},
    "eval of a list": {"$eval": ["a"]},
    "computed key": {"${a}": 1},
    "let without in": {"$let": {"x": 1}},
    "let of a list": {"$let": [1], "in": 1},
    "let of a function's name": {"$let": {"len": 1}, "in": 1},
    "map without each": {"$map": [1], "each": "a"},
    "map of three": {"$map": [1], "each(x, y, z)": 1},
    "reduce of one": {"$reduce": [1], "initial": 0, "each(x)": 1},
    "reduce with a computed start": {"$reduce": [1], "initial": {"$eval": "a"}, "each(s, x)": 1},
    "switch of a list": {"$switch": []},
    "beside flatten": {"$flatten": [], "a": 1},
}
