"""What a network does: build it and feed it, in Keras 3 on any backend."""
