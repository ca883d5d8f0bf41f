"""What agents do: taking a conversation over, writing in it, giving it back."""
