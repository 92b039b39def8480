"""Binding: meter items to attributes of the model, and the model to the wire."""
