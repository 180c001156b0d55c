"""What may be asked of published runs: the life of findings, the trail of an object, what a kommune may do now.

Nothing is judged here and nothing is written but the log of who saw a text: every answer is read from what
the runs published and from the snapshots that they rest on.
"""
