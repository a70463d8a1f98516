"""Why a number is what it is: chains of arithmetic in sentences, and facts that a program can check again."""
