"""The engine of a month's calendar: a linear model without session variables, solved level by level."""
