"""What comes out: the run tables, the result that keeps them, and the audit that checks them."""
