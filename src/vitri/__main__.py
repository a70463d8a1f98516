"""``python -m vitri`` is the command ``vitri``."""

from vitri.cli import main

if __name__ == "__main__":
    main()
