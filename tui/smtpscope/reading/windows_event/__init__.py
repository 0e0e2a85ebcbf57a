"""What is true of a Windows event in any form: providers, levels, values, elements."""
