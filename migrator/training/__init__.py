"""Reading a program's training: where losses are differentiated, what leads to them, and which optimizer follows."""
