"""Tests of Laneway, one folder per kind of proof."""
