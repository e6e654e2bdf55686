"""The aws layer: AWS's published conformance requirements, judged with AWS's own matchers.

The requirements, the history matcher and the log validator come from the installed package
`aws-durable-execution-conformance-tests`. Nothing of it is kept here, and nothing here is imported unless a
scenario says which requirement it implements.
"""

from conformance.verdict.aws.binding import check_binding
from conformance.verdict.aws.layer import check
from conformance.verdict.aws.naming import Naming
from conformance.verdict.aws.requirements import Requirement, available, core, requirement

__all__ = ["Naming", "Requirement", "available", "check", "check_binding", "core", "requirement"]
