"""What can go wrong around the program; a failed check in the shared parts shows its values too."""

import pytest

pytest.register_assert_rewrite("tests.faults.house")
