"""One record an SDK: its versions, how it is installed, how it spells what the protocol leaves open."""
