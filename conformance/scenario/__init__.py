"""The scenario language: a durable function as data, loaded, refused with reasons, evaluated."""
