"""A linear support vector machine for each class."""

import numpy as np
from scipy.optimize import minimize


def fit_linear_svm(
    features: np.ndarray, classes: np.ndarray, num_classes: int, cost: float = 1.0
) -> np.ndarray:
    """Weights of one machine per class, which tells it from all others.

    Each minimises ``|w|^2 / 2 + cost * sum(max(0, 1 - s w.x)^2)``, s being 1 for its
    class and -1 else: the squared hinge loss, as LIBLINEAR has it by default.

    Args:
        features: Shape (n, D).
        classes: Ids, (n,).
        num_classes: C.
        cost: Of the violations, against the length of the weights.

    Returns:
        Shape (C, D + 1), the last column being the offsets, which are regularised
        likewise. The score of a class that no sample has is minus infinity.
    """
    inputs = np.append(features, np.ones((len(features), 1)), axis=1).astype(np.float64)
    weights = np.zeros((num_classes, inputs.shape[1]))
    weights[:, -1] = -np.inf
    for number in np.unique(classes):
        sides = np.where(classes == number, 1.0, -1.0)

        def objective(
            w: np.ndarray, sides: np.ndarray = sides
        ) -> tuple[float, np.ndarray]:
            violation = np.maximum(0, 1 - sides * (inputs @ w))
            value = w @ w / 2 + cost * (violation**2).sum()
            slope = w - 2 * cost * (sides * violation) @ inputs
            return value / len(inputs), slope / len(inputs)

        start = np.zeros(inputs.shape[1])
        weights[number] = minimize(objective, start, jac=True, method='L-BFGS-B').x
    return weights


def scores(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Scores of each class, (n, C), of features (n, D)."""
    return features @ weights[:, :-1].T + weights[:, -1]
