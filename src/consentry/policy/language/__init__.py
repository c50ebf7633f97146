"""Policy files: read, checked, amended, dated."""
