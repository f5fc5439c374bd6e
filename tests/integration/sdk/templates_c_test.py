"""The templates in C."""
import unittest

import template_case


class InC(template_case.TemplateTest):
    language = "c"


if __name__ == "__main__":
    unittest.main(verbosity=2)
