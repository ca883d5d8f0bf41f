"""The heart under test: real servers, processes that freeze, lose their links or die, a provider that can be slow or refuse."""
