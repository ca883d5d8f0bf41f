"""What is known of a customer: the record and what it is made of."""
