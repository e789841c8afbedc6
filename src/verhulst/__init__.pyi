# Made by `python -m tests.types.stubs`; edit that, not this.
from verhulst.functions import *
__version__: str
from verhulst._load import load as load
from verhulst import audit as audit
from verhulst.calibration import CalibratedClassifier as CalibratedClassifier
from verhulst.calibration import calibrate as calibrate
from verhulst import calibration as calibration
from verhulst.calibration import evaluate as evaluate
from verhulst.data import check as check
from verhulst import data as data
from verhulst.explorer import explore as explore
from verhulst import figures as figures
from verhulst.functions.activations import activations as activations
from verhulst import jax as jax
from verhulst.losses import binary_cross_entropy as binary_cross_entropy
from verhulst.losses import binary_cross_entropy_all as binary_cross_entropy_all
from verhulst.losses import binary_cross_entropy_gradient as binary_cross_entropy_gradient
from verhulst.losses import binary_cross_entropy_hessian as binary_cross_entropy_hessian
from verhulst.losses import categorical_cross_entropy as categorical_cross_entropy
from verhulst.losses import categorical_cross_entropy_gradient as categorical_cross_entropy_gradient
from verhulst import losses as losses
from verhulst.regression import LogisticRegression as LogisticRegression
from verhulst.regression import LogisticRegressionCV as LogisticRegressionCV
from verhulst.regression import fit_formula as fit_formula
from verhulst.regression import fit_table as fit_table
from verhulst.regression import predict_table as predict_table
from verhulst import regression as regression
from verhulst.report import report as report
from verhulst import torch as torch
