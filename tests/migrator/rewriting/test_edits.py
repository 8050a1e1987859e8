from migrator.rewriting.edits import Fragment, Kept


def test_what_lies_in_a_run_is_kept_though_a_part_of_it_is_there_twice():
    kept = Kept([Fragment("a" * 100, 0), Fragment("a" * 10, 50), Fragment("new", -1)])
    assert kept.has((70, 80)) and kept.has((50, 60)) and kept.has((0, 100))
    assert not kept.has((90, 101)) and not kept.has((200, 201))
