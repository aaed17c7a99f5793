"""Words and names from which wrong sentences are made. A list of its own: the check knows other ones. Data only."""

from __future__ import annotations

import re

COMPLEXITIES = {
    "O(n)": ("O(n²)", "O(log n)"),
    "O(n²)": ("O(n)", "O(n log n)"),
    "O(n log n)": ("O(n)", "O(n²)"),
    "O(k)": ("O(n)",),
    "O(nm)": ("O(n)", "O(n²)"),
    "O(nmd)": ("O(nm)",),
    "O(nk)": ("O(n)",),
}

VERBS = (
    "adds averages builds captures catches changes combines computes contains corrects counts covers creates decides "
    "defines depends describes detects determines distorts drops estimates extracts finds fits follows gains gets "
    "gives grows handles helps holds ignores improves includes inflates keeps learns leaves limits loses lowers maps "
    "matters measures minimizes misleads misses models needs overfits penalises plots predicts prevents produces "
    "projects protects pulls punishes raises reduces removes repairs replaces requires returns rises samples scales "
    "searches selects separates sets shares shows shrinks shuffles splits starts stores sums supports takes tells "
    "tests trains treats turns uses weighs works"
).split()

REMOVALS = (
    (re.compile(r"\b(is|are|was|were|does|do|can|will|should|must) not (?!only\b)"), r"\1 "),
    (re.compile(r"\bcannot\b"), "can"),
    (re.compile(r"\b(does|do|is|are|should|can)n['’]t\b"), r"\1"),
    (re.compile(r"\bwithout\b"), "with"),
    (re.compile(r"\bhave no\b"), "have"),
    (re.compile(r"\bhas no\b"), "has a"),
    (re.compile(r"\bneeds? no\b"), "needs"),
    (re.compile(r"\b(is|are) never\b"), r"\1"),
    (re.compile(r"\bbut never\b"), "and also"),
    (re.compile(r"\bNever (?=[a-z])"), "Always "),
    (re.compile(r"\bshould never\b"), "should"),
    (re.compile(r", (?:but|and) not (?=(?:a|an|the|of|on|in|to)\b)"), ", and also "),
    (re.compile(r", not (?=(?:a|an|the|of|on|in|to)\b)"), " and "),
)

PREFIXED = (
    ("labelled", "unlabelled"),
    ("stable", "unstable"),
    ("unbiased", "biased"),
    ("uncorrelated", "correlated"),
    ("correlated", "uncorrelated"),
    ("unchanged", "changed"),
    ("unbounded", "bounded"),
    ("independent", "dependent"),
    ("independently", "dependently"),
    ("insensitive", "sensitive"),
    ("sensitive", "insensitive"),
    ("irrelevant", "relevant"),
    ("unseen", "seen"),
    ("unknown", "known"),
    ("nonlinear", "linear"),
    ("linear", "nonlinear"),
    ("valid", "invalid"),
    ("convex", "non-convex"),
    ("imbalanced", "balanced"),
    ("unlabelled", "labelled"),
    ("unstable", "stable"),
)

ANTONYMS = tuple(
    pair.split("/")
    for pair in (
        "increases/decreases increase/decrease increasing/decreasing raises/lowers raise/lower raising/lowering "
        "reduces/increases reduce/increase lowers/raises rises/falls grows/shrinks falls/rises shrinks/grows "
        "high/low higher/lower larger/smaller large/small smaller/larger small/large low/high fewer/more less/more "
        "before/after after/before maximise/minimise minimise/maximise maximising/minimising maximize/minimize "
        "minimizes/maximizes maximum/minimum minimum/maximum largest/smallest smallest/largest highest/lowest "
        "lowest/highest overfitting/underfitting underfitting/overfitting overfit/underfit overfits/underfits "
        "underfits/overfits always/never supervised/unsupervised unsupervised/supervised positive/negative "
        "negative/positive first/last last/first adds/removes add/remove removes/adds remove/add majority/minority "
        "minority/majority early/late late/early deep/shallow shallow/deep better/worse worse/better best/worst "
        "continuous/discrete discrete/continuous sequential/parallel wide/narrow narrower/wider wider/narrower "
        "global/local local/global rare/common cheap/expensive expensive/cheap faster/slower slower/faster slow/fast "
        "fast/slow easier/harder harder/easier strong/weak weak/strong stronger/weaker weaker/stronger "
        "stationary/moving nearest/farthest same/different different/same optimistic/pessimistic inside/outside "
        "upsampling/downsampling homogeneous/heterogeneous known/unknown above/below below/above"
    ).split()
)

FIXED_PHRASE = re.compile(
    r"\b(?:more|less) (?:and|or|than)\b|\bmore and more\b|\b(?:false|true)[- ](?:positive|negative)|\bsame time\b"
    r"|\bdeep learning\b|\bbest known\b|\bfirst (?:type|two|of)\b|\b(?:three|two|seven|four) different\b"
    r"|\bno (?:more|longer)\b|\bmay\b|\bnegative (?:gradient|transfer)\b|\bsemi-supervised\b"
    r"|\bself-supervised\b|-local\b"
)

RIVALS = tuple(
    pair.split("/")
    for pair in (
        "precision/recall;L1/L2;bagging/boosting;bias/variance;K-means/KNN;Type I/Type II;ridge/lasso;"
        "false positive/false negative;false positives/false negatives;random forest/gradient boosting;"
        "classification/regression;feature selection/feature extraction;data mining/machine learning;"
        "a random forest/gradient boosting;AdaBoost/gradient boosting;Gini/entropy;CART/ID3;SHAP/LIME;BIC/AIC;"
        "MAE/RMSE;RNN/CNN;BERT/Word2vec;undersampling/oversampling;MCAR/MNAR;SMOTE/SMOTENC;SGD/Adam;"
        "pre-pruning/post-pruning;forward selection/backward elimination;NumPy/pandas;encoders/decoders;"
        "data drift/concept drift;homoscedasticity/autocorrelation;Durbin-Watson/Breusch-Pagan;prior/posterior;"
        "PCA/factor analysis;mean/median;bagging/AdaBoost;training/validation;"
        "cross-attention/concatenation;computation/communication;few-shot/zero-shot;"
        "supervised learning/unsupervised learning;batch processing/real-time inference;Docker/Kubernetes;"
        "K-means/DBSCAN;elbow method/silhouette method;underfitting/overfitting;eigenvectors/eigenvalues;"
        "linear regression/logistic regression;tokenization/embeddings;macro-F1/weighted F1"
    ).split(";")
)

NEW_NAMES = (
    "AdaGrad;XGBoost;scikit-learn;TensorFlow;ImageNet;MNIST;Geoffrey Hinton;Keras;LightGBM;BLEU;CatBoost;Kaggle;"
    "ResNet;Andrew Ng;CIFAR-10;Spark;GPT-4;Vapnik;PyTorch;RMSprop;DBSCAN;UMAP;Isolation Forest;ROUGE"
).split(";")

NO_SUBJECT = re.compile(
    r"^(?:If|When|For|Here|Example|It|This|That|These|Both|With|In|At|On|Among|Because|As|Each|One|No|Not|While|To|A"
    r" good|The (?:first|second|two|other)|Some|Many|Choose|Use|What|Which|Such|By"
    r"|The (?:value|result|output|score|model)|Training|Nobody)\b"
)
