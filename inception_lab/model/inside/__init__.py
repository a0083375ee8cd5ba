"""What goes on inside a network: activations and gradients, branches, attention, dreams, tuning."""
