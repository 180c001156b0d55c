"""The made world without a fault: what the systems held before the move, and what they hold after it."""
