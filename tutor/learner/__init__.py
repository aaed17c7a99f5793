"""What a learner can do, from what the learner did: mastery by topic, what is due again, what to practise now.

``learner_state(evidence, items, now)`` computes all of it anew from the rows of evidence, so that taking one row out
corrects everything that rested on it. ``records`` holds the shapes, ``mastery`` the topics, ``review`` the queue,
``advice`` the words. Knows nothing of where evidence is kept.
"""

from tutor.learner.advice import Advice, what_to_practise
from tutor.learner.mastery import learner_state
from tutor.learner.records import Due, Evidence, LearnerState, TopicMastery

__all__ = ["Advice", "Due", "Evidence", "LearnerState", "TopicMastery", "learner_state", "what_to_practise"]
