"""The task ledger: dated facts about tasks, only ever appended, each chained to the one before it.

event     one fact, and the chain of hashes through all of them
states    what may follow what, as data: the state machine the docs are drawn from
task      a task and the ledger as the events leave them
replay    events to tasks
acts      what a command adds, or why it may not
book      an open ledger: read, checked, and written one command at a time
sqlite, postgres    the two places it can be kept
"""
