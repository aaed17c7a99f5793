"""Mock interviews: set up, asked one question at a time, probed, graded, summed up on a scorecard.

``records`` holds the shapes, ``planning`` chooses questions, ``steps`` is the state machine, ``voice`` has the
interviewer's words, ``conducting`` grades and saves between steps, ``scorecard`` and ``exporting`` sum up. An interview
holds copies of its items, so that it goes on with the words it began with.
"""
