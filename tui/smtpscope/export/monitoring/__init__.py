"""The result of a check in the forms that monitoring systems and mail readers take."""
