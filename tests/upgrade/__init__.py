"""Two versions side by side: what one writes the other keeps."""
