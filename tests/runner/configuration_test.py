"""A build folder is set up whatever was left in its place."""

import os
import pathlib
import tempfile
import unittest

import configuration


class SetUp(unittest.TestCase):
    def setUp(self):
        self.stage = tempfile.TemporaryDirectory()
        self.addCleanup(self.stage.cleanup)
        self.source = pathlib.Path(self.stage.name) / "source"
        self.folder = pathlib.Path(self.stage.name) / "build"
        self.source.mkdir()
        (self.source / "meson.build").write_text("project('p', version: '1')\n")

    def set_up(self, *options):
        configuration.set_up(self.folder, self.source, list(options), dict(os.environ))
        self.assertTrue((self.folder / "build.ninja").exists())

    def test_a_folder_of_which_only_the_beginning_was_made(self):
        (self.folder / "meson-private").mkdir(parents=True)
        self.set_up()

    def test_a_folder_that_meson_takes_for_finished(self):
        self.set_up()
        (self.folder / "build.ninja").unlink()
        self.set_up()

    def test_other_options(self):
        self.set_up()
        (self.folder / "mine").write_text("")
        self.set_up()
        self.assertTrue((self.folder / "mine").exists())
        self.set_up("-Dwerror=true")
        self.assertFalse((self.folder / "mine").exists())


if __name__ == "__main__":
    unittest.main()
