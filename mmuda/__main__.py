"""``python -m mmuda COMMAND ...``: the program, wherever mmuda is installed."""

from mmuda.cli import main

if __name__ == '__main__':
    main()
