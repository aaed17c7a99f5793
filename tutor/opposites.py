"""Words that the check of sentences must not confuse: opposites, synonyms, technical terms. Data only; stems nothing.

An axis has two sides; to say one side of a thing where the passage says the other is to say the opposite.
"""

from __future__ import annotations

AXES: tuple[tuple[str, ...], ...] = (
    (
        "amount",
        "increase increases increased increasing raise raises raised raising rise rises rising rose grow grows "
        "grew grown "
        "growing higher high highest highly larger large largest more most greater greatest bigger big stronger "
        "strong strongest inflate inflates inflated amplify amplified amplifies gain gains many wide wider maximum "
        "maximise maximize maximises maximizes maximising maximizing biggest long longer longest strength much",
        "decrease decreases decreased decreasing reduce reduces reduced reducing lower lowers lowered lowering "
        "lowest low "
        "fall falls fell fallen falling shrink shrinks shrank shrunk shrinking less least fewer fewest few "
        "smaller small "
        "smallest weaker weak weakest soften softens curb curbs limit limits fades little narrow narrower "
        "minimum minimise minimize minimises minimizes "
        "minimising minimizing short shorter shortest weakness",
    ),
    ("time", "before earlier prior beforehand", "after later afterwards"),
    ("fit", "overfit overfits overfitting overfitted", "underfit underfits underfitting underfitted"),
    (
        "frequency",
        "always often usually typically mostly commonly all every everyone",
        "never rarely seldom none hardly",
    ),
    ("label", "supervised", "unsupervised"),
    ("sign", "positive positives positively", "negative negatives negatively"),
    ("order", "first initial", "last final"),
    (
        "presence",
        "add adds added adding keep keeps kept retain retains",
        "remove removes removed removing drop drops dropped",
    ),
    ("share", "majority", "minority"),
    ("start", "begin begins start starts beginning", "ends end ending"),
    ("timing", "early", "late"),
    ("depth", "deep deeper", "shallow shallower"),
    ("quality", "better best improve improves good", "worse worst worsen worsens poor bad"),
    ("kind", "continuous", "discrete categorical"),
    ("sequence", "sequential sequentially sequence consecutively", "parallel"),
    ("reach", "global globally", "local locally"),
    ("price", "cheap cheaper inexpensive", "expensive costly"),
    ("speed", "fast faster quick quickly fastest", "slow slower slowly slowest"),
    ("ease", "easy easier easily easiest", "hard harder hardest difficult"),
    ("distance", "near nearest nearby close closer closest", "far farther farthest farthest distant"),
    ("likeness", "same identical equal equally alike", "different differ differs differently other others"),
    ("side", "inside within inner", "outside outer"),
    ("level", "above exceed exceeds", "below"),
    ("resolution", "upsampling upsample upsamples upsampled", "downsampling downsample downsamples downsampled"),
    ("members", "homogeneous", "heterogeneous"),
    ("rarity", "rare", "common frequent"),
    ("phase", "training train trained trains", "test testing tested tests", "validation validate validated validates"),
    ("outlook", "optimistic", "pessimistic pessimistically"),
    ("parameters", "parametric", "nonparametric"),
    ("movement", "stationary", "moving"),
    ("complexity", "simple simpler simplest", "complex complicated"),
    ("past", "past", "future"),
    ("truth", "true", "false"),
)
"""Name, then the words of each side."""

SYNONYMS: tuple[str, ...] = (
    "choose pick picks select selects chooses chosen picked selected prefer prefers",
    "example examples sample samples point points record records observation observations instance instances row rows",
    "mistake mistakes error errors",
    "need needs require requires needed required",
    "show shows indicate indicates suggest suggests sign points",
    "get gets obtain receive receives",
    "penalise penalises punish punishes penalize penalizes",
    "find finds found discover discovers detect detects detected identify identifies",
    "allow allows tolerate tolerates permit",
    "build builds built create creates created make makes made construct constructs",
    "give gives given produce produces provide provides offer offers lead leads yield yields assign assigns",
    "combine combines combined merge mix mixes mixed",
    "happen happens occur occurs",
    "weight weights coefficient coefficients",
    "variable variables feature features",
    "unlabelled unlabeled",
    "labelled labeled",
    "regularisation regularization",
    "generalisation generalization",
    "put puts place places",
    "estimate estimates estimated",
    "predict predicts predicted prediction predictions",
    "method methods technique techniques",
    "part subset subsets branch",
    "lose loses lost",
    "bring brings brought",
    "costly expensive",
    "means mean",
    "matter matters important importance",
    "near close",
)

NEGATORS = frozenset("not no never none neither nor cannot without hardly nobody nothing".split())
NEGATING_PHRASES = {
    "rather than": "without",
    "instead of": "without",
    "free of": "without",
    "at most": "never above",
    "at least": "never below",
}
DENYING_WORDS = frozenset(
    "independent independently invalid imbalanced irrelevant inaccurate insignificant inconsistent incorrect "
    "incomplete insensitive impure impossible nonlinear nonconvex invisible inefficient".split()
)
"""Words whose prefix in-, im-, ir- or non- denies; un- and non- with a hyphen deny by themselves."""

LIGHT_WORDS = frozenset(
    "need needs require requires have has had get gets give gives make makes made do does take takes use uses used "
    "be been being necessarily just simply really usually always only by itself themselves yet longer quite very "
    "any it up out you your whether consider usage "
    "them some most then thus therefore hence moreover too rather also can may will should must one a an "
    "the its their this that these those to of in on at for from into with as it they".split()
)
"""Words that a negation passes over to reach what it denies."""

TERMS: tuple[str, ...] = tuple(
    (
        "scikit-learn;bagging;boosting;precision;recall;bias;variance;ridge;lasso;elastic net;random forest;"
        "gradient boosting;"
        "false positive;false negative;true positive;true negative;type i;type ii;naive bayes;logistic regression;"
        "linear regression;classification;regression;clustering;feature selection;feature extraction;"
        "feature engineering;data mining;machine learning;deep learning;data drift;concept drift;accuracy;dropout;"
        "gini;entropy;homoscedasticity;autocorrelation;exogeneity;durbin-watson;breusch-pagan;"
        "pre-pruning;post-pruning;forward selection;backward elimination;pandas;numpy;encoder;decoder;eigenvector;"
        "eigenvalue;median;oversampling;undersampling;k-means;stacking;momentum;softmax;sigmoid;"
        "cross-attention;concatenation;computation;cognition;communication;few-shot;zero-shot;one-shot;"
        "batch processing;real-time inference;docker;kubernetes;elbow;silhouette;tokenization;embedding;"
        "macro-f1;micro-f1;weighted f1;factor analysis;prior;posterior;likelihood;supervised learning;"
        "unsupervised learning;reinforcement learning;semi-supervised learning;self-supervised learning;"
        "transfer learning;federated learning;filter method;wrapper method;embedded method;decision tree;"
        "support vector;hyperplane;kernel;secure aggregation;differential privacy;specificity;"
        "sensitivity;cross-validation;shallow learning;keras;kaggle;target leakage;contamination;max pooling;"
        "average pooling"
    ).split(";")
)
"""Technical terms in small letters; names with capitals or digits are known by their form."""
