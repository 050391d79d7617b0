"""From AnnData to prepared cells: read, filtered, split, their molecules halved."""
