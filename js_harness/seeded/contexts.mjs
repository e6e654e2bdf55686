// Faults in child contexts, real and virtual.

import { around, aroundChildren, onOptions, updates } from "./patching.mjs";

const CHILD = "RunInChildContext";

/** A virtual child or FLAT branch that fails writes CONTEXT FAIL, without a START (issue 362). */
function phantomFail(context) {
  aroundChildren(context, true, async (parent, child, body, name, options) => {
    try {
      return await body();
    } catch (error) {
      const id = child._stepPrefix;
      parent.checkpoint.checkpoint(id, {
        Id: id,
        ParentId: parent._parentId,
        Action: "FAIL",
        SubType: options.subType ?? CHILD,
        Type: "CONTEXT",
        Name: name,
        Error: { ErrorType: error.errorType ?? error.name, ErrorMessage: error.message },
      });
      throw error;
    }
  });
}

/** Operations inside a virtual child or FLAT branch name it as their parent (issue 363). */
function orphanParent(context) {
  aroundChildren(context, true, (_parent, child, body) => {
    child._parentId = child._stepPrefix;
    return body();
  });
}

/** Operations inside a real child name what the child itself stands in as their parent. */
function grandparent(context) {
  aroundChildren(context, false, (parent, child, body) => {
    child._parentId = parent._parentId;
    return body();
  });
}

/** Operations inside a virtual child are numbered as if it were another one. */
function unprefixedIds(context) {
  aroundChildren(context, true, (_parent, child, body) => {
    child._stepPrefix = `${child._stepPrefix}-0`;
    return body();
  });
}

/** A virtual child that fails gives nothing, and its caller goes on. */
function virtualFailSwallowed(context) {
  aroundChildren(context, true, async (_parent, _child, body, _name, options) => {
    try {
      return await body();
    } catch (error) {
      if ((options.subType ?? CHILD) === CHILD) {
        return null;
      }
      throw error;
    }
  });
}

/** A virtual child is written as a real one. */
function virtualIsReal(context) {
  onOptions(context, ["runInChildContext"], (options) =>
    (options.subType ?? CHILD) === CHILD ? { ...options, virtualContext: false } : options,
  );
}

/** A child context says twice that it succeeded. */
function doubleEnd(_context, checkpoints) {
  around(checkpoints, "checkpoint", async (original, id, data) => {
    await original(id, data);
    if (data.Type === "CONTEXT" && data.Action === "SUCCEED") {
      await original(id, data);
    }
  });
}

/** The faults by name. */
export const FAULTS = {
  "phantom-fail": phantomFail,
  "orphan-parent": orphanParent,
  grandparent,
  "unprefixed-ids": unprefixedIds,
  "virtual-fail-swallowed": virtualFailSwallowed,
  "virtual-is-real": virtualIsReal,
  "double-end": doubleEnd,
  // A child context never says that it started.
  "lost-start": updates("CONTEXT", "START", () => null, CHILD),
  // A child's success says nothing of its result.
  "child-result-lost": updates("CONTEXT", "SUCCEED", (data) => ({ ...data, Payload: undefined }), CHILD),
  // The name of a child is not in its START.
  "child-named-late": updates("CONTEXT", "START", (data) => ({ ...data, Name: undefined }), CHILD),
  // A result too large for its checkpoint is left out without a word that its children must run again.
  "no-replay-children": updates("CONTEXT", "SUCCEED", (data) => ({ ...data, ContextOptions: undefined })),
};
