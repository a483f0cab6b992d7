"""How the data set gets here: mirrors, downloads that go on where they stopped, archives of any kind, its folder."""
