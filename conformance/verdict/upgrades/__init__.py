"""What becomes of an execution that one version of an SDK began and another one resumed."""
