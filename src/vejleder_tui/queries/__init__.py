"""The read side: plain SQL on the driver, frozen dataclasses."""
