"""What all charts share: the page, the date bar, the table twin. The charts themselves are on the shelf `ui/charts`."""
