"""What is measured of long recordings, a file each."""
