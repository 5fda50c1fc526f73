"""What every view is made of: palette and style sheet, words, marks, small widgets and tables. Knows no view."""
