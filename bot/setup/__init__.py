"""`repwatch init`: what is asked, what is found on a brand's pages, and the file that is written."""
