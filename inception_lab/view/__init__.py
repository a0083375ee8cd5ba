"""What a person sees: figures, pictures, diagrams and explorers. Counting views never load Keras."""
